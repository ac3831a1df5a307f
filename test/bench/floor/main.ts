/* The floor: what a script can do that knows the plan and looks after nothing. A process of its own; its parent gives the orders. */
import { wallMs } from '../wall.ts';
import { FloorTestbed } from './testbed.ts';
import type { Answer, Order } from './messages.ts';

let testbed: FloorTestbed | undefined;

async function obey(order: Order): Promise<void> {
  if (order.type === 'prepare') {
    testbed = await FloorTestbed.prepare(order.task);
    return;
  }
  if (testbed === undefined) throw new Error('not prepared');
  await (order.type === 'build' ? testbed.build() : testbed.takeApart());
}

async function answer(order: Order): Promise<Answer> {
  const began = wallMs();
  try {
    await obey(order);
    return { type: 'done', began, ended: wallMs(), calls: testbed?.calls ?? { writes: 0, reads: 0 } };
  } catch (error) {
    return {
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

process.on('message', (order) => void answer(order as Order).then((reply) => process.send?.(reply)));
process.on('disconnect', () => process.exit());
