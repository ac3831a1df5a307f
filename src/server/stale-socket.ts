import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';

const isSocket = async (path: string): Promise<boolean> => {
  try {
    return (await lstat(path)).isSocket();
  } catch {
    return false;
  }
};

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/**
 * Removes the socket file that a killed predecessor left behind: one that is a socket and that nobody answers on. A regular
 * file, or a socket in use, stays, and listening will say so.
 */
export const removeStaleSocket = async (path: string): Promise<void> => {
  if ((await isSocket(path)) && !(await answers(path))) await unlink(path);
};
