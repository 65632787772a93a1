#pragma once

/// Takes back what was put into the environment before `main`, so that no child inherits it.
void cstart_clean_environment(void);
