#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { Output } from './output.ts';
import { createProgram } from './program.ts';
import { report } from './report.ts';
import { Terminal } from './terminal.ts';

// Node's advice to developers is noise to users: gRPC draws a warning for every etcd that is named by its address.
process.noDeprecation = true;

/** The exit code is set, not forced: what was written to a pipe gets there, and what is open is closed in order. */
const output = new Output(process);

/** A question goes to standard error, like everything that is no result. End of input is no answer. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    return await Promise.race([terminal.question(question), closed]);
  } finally {
    terminal.close();
  }
}

try {
  const program = createProgram({
    output,
    readStdin: () => text(process.stdin),
    terminal: new Terminal(process),
    ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
  });
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error, output);
}
