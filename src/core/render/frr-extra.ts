const BEGINS = '! extraConfig, as written';
const ENDS = '! end of extraConfig';
const MARK = `\n${BEGINS}\n`;

/** Every block before it ends with `exit`, so that these lines start in global context; they are last, so what they open is theirs. */
export function extra(extraConfig: string | undefined): string[] {
  if (extraConfig === undefined || extraConfig.trim() === '') return [];
  return [BEGINS, extraConfig.replace(/\n+$/, ''), ENDS];
}

/** The part of a rendered configuration that the user wrote; empty when there is none. */
export function extraConfigOf(text: string): string {
  const [, written = ''] = text.split(MARK);
  return written.slice(0, Math.max(0, written.lastIndexOf(ENDS)));
}

/** Changes what hinge wrote of a rendered configuration; what the user wrote stays. */
export function withOwnPart(text: string, change: (own: string) => string): string {
  const [own = '', ...written] = text.split(MARK);
  return [change(own), ...written].join(MARK);
}
