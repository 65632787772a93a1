// A stream into a log file that hopxguard redacts on the way. Needs `hopxguard` on the PATH.
//
//   const stream = redactedFile("app.log");
//   const log = new console.Console(stream);    // or pino(stream), or winston's new transports.Stream({ stream })
//   stream.end();                               // at the end: the process waits until all of it is written
//
// It fails closed: when hopxguard is missing or dies, an uncaught exception ends the program.

import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

export function redactedFile(path) {
  const file = openSync(path, "a");
  const guard = spawn("hopxguard", ["redact"], { stdio: ["pipe", file, "inherit"] });
  closeSync(file);
  guard.on("error", fail);
  guard.on("exit", (code, signal) => {
    if (code !== 0) fail(new Error(`hopxguard ended with ${code ?? signal}`));
  });
  return guard.stdin;
}

// Not as an error of the stream: the console and some loggers ignore those.
function fail(error) {
  throw error;
}
