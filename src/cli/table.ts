import Table from 'cli-table3';

const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
} as const;

/** One line without control characters: a cell must neither break the table nor speak to the terminal. */

const cell = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '');

/** Columns under their heads, without lines, as kubectl has it. A row without an entry for a column shows `-`. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: [...head],
    chars: BARE,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 3 },
  });
  for (const row of rows) table.push(row.map((text) => (text === '' ? '-' : cell(text))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** `2d3h`, `5m10s`: a span of time in at most two units. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${String(amount)}${unit}`)
    .join('');
}

/** Time since an RFC 3339 time; `-` when there is none. */
export function formatSince(time: string | undefined, now: number): string {
  const then = Date.parse(time ?? '');
  return Number.isNaN(then) ? '-' : formatSpan(now - then);
}
