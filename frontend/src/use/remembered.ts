/** Values by key, the ones that were used last; the others are forgotten. */
export class Remembered<T> {
  private readonly values = new Map<string, T>();

  constructor(private readonly most: number) {}

  get(key: string): T | undefined {
    const value = this.values.get(key);
    if (value !== undefined) {
      this.put(key, value);
    }
    return value;
  }

  put(key: string, value: T): void {
    this.values.delete(key); // to the end of the order
    this.values.set(key, value);
    if (this.values.size > this.most) {
      this.values.delete(this.values.keys().next().value!);
    }
  }
}
