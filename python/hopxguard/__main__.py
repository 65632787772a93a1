"""`python -m hopxguard`: becomes the command, with the same arguments, streams and exit code."""

import os
import sys

from ._binary import find_binary

path = find_binary()
os.execv(path, [path, *sys.argv[1:]])
