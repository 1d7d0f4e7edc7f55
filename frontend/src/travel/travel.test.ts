import { describe, expect, it, vi } from 'vitest';
import { withBinary } from '../api/binary';
import { imagesOf, pixelsOf } from '../use/images';
import { combined, draw, drawMany, priorOf } from '../use/prior';
import { Remembered } from '../use/remembered';
import { Walk, type About, type BinarySocket } from '../use/walk';
import { Refresher } from './refresher';

describe('latent vectors', () => {
  it('are those that the service draws', () => {
    // The figures of dev.tenth.recipe.PriorTest.
    const close = (vector: Float32Array) => Array.from(vector, (value) => Number(value.toFixed(6)));
    expect(close(draw({ kind: 'normal' }, 4294967295, 3, 3))).toEqual([0.480892, 0.780691, -0.729377]);
    expect(close(draw(priorOf('uniform 2.0'), 5, 0, 2))).toEqual([1.369442, -0.780456]);
    expect(drawMany(priorOf(undefined), 7, 3, 4).subarray(4, 8)).toEqual(draw({ kind: 'normal' }, 7, 1, 4));
  });

  it('are added on the shell on which they lie', () => {
    const [a, b, c] = [0, 1, 2].map((i) => draw({ kind: 'normal' }, 1, i, 100)) as [Float32Array, Float32Array, Float32Array];
    const length = (z: Float32Array) => Math.hypot(...z);
    const sum = combined({ kind: 'normal' }, a, b, c);
    expect(length(sum)).toBeCloseTo((length(a) + length(b) + length(c)) / 3, 4);
    const ratio = sum[0]! / (a[0]! - b[0]! + c[0]!);
    sum.forEach((value, i) => expect(value).toBeCloseTo(ratio * (a[i]! - b[i]! + c[i]!), 5));
    expect(combined({ kind: 'normal' }, a, a, c).map((value, i) => value - c[i]!).every((value) => Math.abs(value) < 0.6)).toBe(true);
    expect(combined({ kind: 'uniform', reach: 1 }, [1], [2], [4])).toEqual(Float32Array.of(3));
  });
});

describe('an answer with binary tensors', () => {
  it('has its floats wherever they begin, and becomes pictures', () => {
    const header = JSON.stringify({
      model_version: '3',
      outputs: [{ name: 'image', datatype: 'FP32', shape: [2, 1, 2], parameters: { binary_data_size: 16 } }],
    });
    for (const padding of ['', ' ', '  ', '   ']) {
      const text = new TextEncoder().encode(header + padding);
      const body = new Uint8Array(text.length + 16);
      body.set(text);
      const view = new DataView(body.buffer);
      [0, 0.5, 1, 2].forEach((value, i) => view.setFloat32(text.length + 4 * i, value, true));
      const images = imagesOf(withBinary(body.buffer, text.length))!;
      expect([images.count, images.height, images.width, images.channels]).toEqual([2, 1, 2, 1]);
      expect([...pixelsOf(images, 0)]).toEqual([0, 0, 0, 255, 128, 128, 128, 255]);
      // Beyond white is white.
      expect([...pixelsOf(images, 1)]).toEqual(new Array(8).fill(255));
    }
  });
});

describe('what is remembered', () => {
  it('is what was used last', () => {
    const values = new Remembered<number>(2);
    values.put('a', 1);
    values.put('b', 2);
    expect(values.get('a')).toBe(1);
    values.put('c', 3);
    expect([values.get('a'), values.get('b'), values.get('c')]).toEqual([1, undefined, 3]);
  });
});

describe('a refresher', () => {
  it('does one thing at a time, and once more however often it was asked meanwhile', async () => {
    const done: (() => void)[] = [];
    const rests: (() => void)[] = [];
    const refresher = new Refresher(
      () => new Promise((resolve) => done.push(resolve)),
      (callback) => rests.push(callback),
    );
    const end = async () => {
      done.at(-1)!();
      await vi.waitFor(() => expect(rests.length).toBe(done.length));
      rests.at(-1)!();
    };
    refresher.ask();
    refresher.ask();
    refresher.ask();
    expect(done.length).toBe(1);
    await end();
    expect(done.length).toBe(2);
    await end();
    expect(done.length).toBe(2);
    refresher.ask();
    expect(done.length).toBe(3);
    refresher.ask();
    refresher.close();
    await end();
    expect(done.length).toBe(3);
  });
});

describe('a walk', () => {
  it('tells each picture with what it is, sends changes, and is silent once it was left', () => {
    const sent: unknown[] = [];
    const seen: unknown[] = [];
    const socket: BinarySocket = { binaryType: 'blob', onopen: null, onmessage: null, onclose: null, close: () => undefined, send: (text) => sent.push(JSON.parse(text)) };
    const wish = { seed: 1, rows: 1, columns: 1, speed: 1, step: 'latest' as const };
    const walk = new Walk(socket, wish, {
      onPicture: (about: About, bytes) => seen.push([about.step, [...bytes]]),
      onError: (message) => seen.push(message),
      onEnd: (reason) => seen.push(reason),
    });
    expect(socket.binaryType).toBe('arraybuffer');
    walk.turn({ speed: 2 }); // before it is open: part of the first wish
    socket.onopen!();
    walk.turn({ step: 5 });
    expect(sent).toEqual([{ ...wish, speed: 2 }, { step: 5 }]);
    const { onmessage } = socket;
    onmessage!({ data: new Uint8Array([9]).buffer }); // nobody knows what it is
    onmessage!({ data: JSON.stringify({ step: 5, width: 1, height: 1, channels: 1 }) });
    onmessage!({ data: new Uint8Array([7]).buffer });
    onmessage!({ data: JSON.stringify({ error: { status: 404, detail: 'version: none' } }) });
    socket.onclose!({ code: 1012, reason: 'the service is shutting down; connect again' });
    expect(seen).toEqual([[5, [7]], 'version: none', 'the service is shutting down; connect again']);
    walk.close();
    expect(socket.onmessage).toBeNull();
  });
});
