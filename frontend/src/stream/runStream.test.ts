import { beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from './events';
import { RunStream, type Diagnosis, type Socket, type StreamStatus, type World } from './runStream';
import { event, steps } from './testEvents';

/** A world whose sockets and clock the test drives. */
class Stage implements World {
  readonly urls: string[] = [];
  readonly delays: number[] = [];
  diagnosis: Diagnosis = 'retry';
  socket!: Socket;
  private callback: (() => void) | undefined;

  open(url: string): Socket {
    this.urls.push(url);
    this.socket = { onopen: null, onmessage: null, onclose: null, close: () => undefined };
    return this.socket;
  }

  diagnose(): Promise<Diagnosis> {
    return Promise.resolve(this.diagnosis);
  }

  after(milliseconds: number, callback: () => void): () => void {
    this.delays.push(milliseconds);
    this.callback = callback;
    return () => (this.callback = undefined);
  }

  random(): number {
    return 1;
  }

  send(...events: RunEvent[]): void {
    events.forEach((each) => this.socket.onmessage?.({ data: JSON.stringify(each) }));
  }

  /** In one message. */
  sendTogether(...events: RunEvent[]): void {
    this.socket.onmessage?.({ data: events.map((each) => JSON.stringify(each)).join('\n') });
  }

  async close(code: number, reason = ''): Promise<void> {
    this.socket.onclose?.({ code, reason });
    await Promise.resolve();
    await Promise.resolve();
  }

  timePasses(): void {
    this.callback?.();
  }
}

describe('a stream of a run', () => {
  let stage: Stage;
  let seen: number[];
  let status: StreamStatus;
  let stream: RunStream;

  beforeEach(() => {
    stage = new Stage();
    seen = [];
    const viewer = { onEvent: (e: RunEvent) => seen.push(e.seq), onStatus: (next: StreamStatus) => (status = next) };
    stream = new RunStream('/ws/v1/runs/r1', 0, viewer, stage);
    stream.start();
    stage.socket.onopen?.();
  });

  it('goes on after its last event when the connection breaks, without loss or duplicates', async () => {
    const events = steps(4);
    stage.send(...events.slice(0, 5));
    await stage.close(1006);
    expect(status).toMatchObject({ kind: 'waiting' });
    stage.timePasses();
    stage.socket.onopen?.();
    expect(stage.urls).toEqual(['/ws/v1/runs/r1?after=0', '/ws/v1/runs/r1?after=5']);
    stage.send(...events.slice(3)); // the server may repeat; the page must not
    expect(seen).toEqual(events.map((each) => each.seq));
    expect(status).toEqual({ kind: 'live' });
  });

  it('takes every event of a message, and none twice when a message repeats some', async () => {
    const events = steps(4);
    stage.sendTogether(...events.slice(0, 5));
    expect(seen).toEqual(events.slice(0, 5).map((each) => each.seq));
    stage.sendTogether(...events.slice(3));
    expect(seen).toEqual(events.map((each) => each.seq));
    await stage.close(1006);
    stage.timePasses();
    expect(stage.urls.at(-1)).toBe(`/ws/v1/runs/r1?after=${events.at(-1)?.seq}`);
  });

  it('waits longer after each failure, up to a bound, and anew after a success', async () => {
    stage.send(event(1, 0, 'run.state', { state: 'RUNNING', reason: null }));
    for (let i = 0; i < 8; i++) {
      await stage.close(1006);
      stage.timePasses();
    }
    expect(stage.delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    stage.socket.onopen?.();
    stage.send(event(2, 1, 'metrics', { values: {} }));
    await stage.close(1006);
    expect(stage.delays.at(-1)).toBe(250);
  });

  it('ends with the run', async () => {
    stage.send(event(1, 9, 'run.state', { state: 'SUCCEEDED', reason: 'done' }));
    await stage.close(1000);
    expect(status).toEqual({ kind: 'ended' });
    expect(stage.delays).toEqual([]);
  });

  it.each([
    [1012, 'The service is restarting'],
    [1013, 'This page fell behind the run'],
  ])('says what close code %i means, and tries again', async (code, why) => {
    stage.send(event(1, 0, 'run.state', { state: 'RUNNING', reason: null }));
    await stage.close(code);
    expect(status).toMatchObject({ kind: 'waiting', why });
  });

  it.each(['gone', 'unauthorized'] as const)('gives up where the run is %s', async (diagnosis) => {
    await stage.close(1006);
    stage.diagnosis = diagnosis;
    stage.timePasses();
    await stage.close(1006); // never opened
    expect(status).toEqual({ kind: 'refused', why: diagnosis });
  });

  it('tries again at once when asked to', async () => {
    await stage.close(1006);
    stream.retryNow();
    expect(stage.urls.length).toBe(2);
  });

  it('hands on nothing after it was closed', async () => {
    stream.close();
    stage.send(...steps(1));
    await stage.close(1006);
    expect(seen).toEqual([]);
    expect(stage.delays).toEqual([]);
  });

  it('hands on gaps without counting them as its place', async () => {
    stage.send(event(1, 0, 'metrics', { values: {} }), event(0, 0, 'gap', { from: 2, to: 6 }), event(7, 3, 'metrics', { values: {} }));
    expect(seen).toEqual([1, 0, 7]);
    await stage.close(1006);
    stage.timePasses();
    expect(stage.urls.at(-1)).toBe('/ws/v1/runs/r1?after=7');
  });
});
