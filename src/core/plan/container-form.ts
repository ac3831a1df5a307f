/** What a container may need besides an image and limits, and what a Swarm service cannot express. */
export interface ContainerForm {
  readonly privileged: boolean;
  /** Paths of devices of the node. */
  readonly devices: readonly string[];
  /** Directories of the node, read-only, at the same path. */
  readonly mounts: readonly string[];
  /**
   * It is in the task's process namespace, too: the kernel ends it with the task. Not for images whose first process must be process 1, such as
   * systemd: they go when the operator has seen that their task is gone.
   */
  readonly sharesProcesses: boolean;
  /** Absent: the image's own. */
  readonly command?: readonly string[];
  /** By which its first process ends in order; absent: the image's own. */
  readonly stopSignal?: string;
  /** It reads its configuration from files when it starts, which have to be there before. */
  readonly boots?: true;
}

/** Something that is put into a container before it starts; who is there already is replaced. Root's. */
export type ContainerFile =
  | {
      readonly type: 'file';
      readonly path: string;
      readonly mode: number;
      /** Id of its group. */
      readonly group: number;
      readonly text: string;
    }
  | { readonly type: 'directory'; readonly path: string; readonly mode: number; readonly group: number }
  | { readonly type: 'link'; readonly path: string; readonly to: string };
