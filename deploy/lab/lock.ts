import { connect, createServer, type Server } from 'node:net';
import { waitFor } from './wait.ts';

/**
 * Runs one thing at a time per lab, on the whole machine. The lock is a socket in the kernel's abstract name space: it
 * vanishes with its holder however that ends, so there is no stale lock to clean up, and no file that `down` would leave.
 */
export async function withLock<T>(
  id: string,
  tell: (line: string) => void,
  signal: AbortSignal | undefined,
  action: () => Promise<T>,
): Promise<T> {
  const name = `\0hinge-lab-${id}`;
  let told = false;
  const server = await waitFor(
    'the other lab command to finish',
    async () => {
      const taken = await tryTake(name);
      if (taken === undefined && !told) {
        told = true;
        tell(`another lab command (pid ${await holder(name)}) is at work on this lab; waiting for it`);
      }
      return taken;
    },
    { within: 300_000, signal },
  );
  try {
    return await action();
  } finally {
    server.close();
  }
}

function tryTake(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((asker) => asker.on('error', () => undefined).end(String(process.pid)));
    server.unref();
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(name, () => {
      resolve(server);
    });
  });
}

/** The pid of whoever holds the lock, as far as it answers. */
function holder(name: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    connect(name)
      .on('data', (part) => (answer += part.toString()))
      .on('error', () => undefined)
      .on('close', () => {
        resolve(answer === '' ? 'unknown' : answer);
      });
  });
}
