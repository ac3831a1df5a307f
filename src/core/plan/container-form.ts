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
}
