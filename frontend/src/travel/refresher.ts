/** Does something again when asked to: one at a time, not too often, and once more if it was asked meanwhile. */
export class Refresher {
  private isBusy = false;
  private isAsked = false;
  private isClosed = false;

  constructor(
    private readonly work: () => Promise<void>,
    /** Calls back after the time that lies between two times. */
    private readonly rest: (callback: () => void) => void,
  ) {}

  ask(): void {
    if (this.isBusy) {
      this.isAsked = true;
    } else if (!this.isClosed) {
      this.isBusy = true;
      void this.work().finally(() => this.rest(() => this.next()));
    }
  }

  /** Nothing is done any more. */
  close(): void {
    this.isClosed = true;
  }

  private next(): void {
    this.isBusy = false;
    if (this.isAsked) {
      this.isAsked = false;
      this.ask();
    }
  }
}
