export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** The line as it was read. */
  readonly text: string;
}

/** Reads Prometheus' text format, as far as hinge writes it. */
export function parseMetrics(text: string): readonly MetricSample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-z_A-Z0-9:]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (line.startsWith('#') || match === null) return [];
    const [, name = '', labels = '', value] = match;
    const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)];
    return [
      {
        name,
        labels: Object.fromEntries(pairs.map(([, key = '', label = '']) => [key, label])),
        value: Number(value),
        text: line,
      },
    ];
  });
}
