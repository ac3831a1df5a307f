/** How what a user wrote is told from what hinge wrote, in a configuration that both are in. */
interface ExtraConfig {
  /** Its lines as a block of their own, the last one; none: there is nothing. */
  readonly lines: (extraConfig: string | undefined) => string[];
  /** The part of a rendered configuration that the user wrote; empty when there is none. */
  readonly of: (text: string) => string;
  /** Changes what hinge wrote of a rendered configuration; what the user wrote stays. */
  readonly withOwnPart: (text: string, change: (own: string) => string) => string;
}

/** @param comment what comments begin with on the platform. */
export function extraConfigAfter(comment: '!' | '#'): ExtraConfig {
  const begins = `${comment} extraConfig, as written`;
  const ends = `${comment} end of extraConfig`;
  const mark = `\n${begins}\n`;
  return {
    lines: (extraConfig) =>
      extraConfig === undefined || extraConfig.trim() === ''
        ? []
        : [begins, extraConfig.replace(/\n+$/, ''), ends],
    of: (text) => {
      const [, written = ''] = text.split(mark);
      return written.slice(0, Math.max(0, written.lastIndexOf(ends)));
    },
    withOwnPart: (text, change) => {
      const [own = '', ...written] = text.split(mark);
      return [change(own), ...written].join(mark);
    },
  };
}
