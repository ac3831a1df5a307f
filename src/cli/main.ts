#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { Output } from './output.ts';
import { createProgram } from './program.ts';
import { report } from './report.ts';

// Node's advice to developers is noise to users: gRPC draws a warning for every etcd that is named by its address.
process.noDeprecation = true;

/** The exit code is set, not forced: what was written to a pipe gets there, and what is open is closed in order. */
const output = new Output(process);
try {
  const program = createProgram({ output, readStdin: () => text(process.stdin) });
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error, output);
}
