/** The built service as a process of its own, on a port and in a home of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { openSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const LAUNCHER = resolve(import.meta.dirname, '../../deploy/tenth');
/** Where `make data` puts data sets. */
const FETCHED = join(process.env['TENTH_HOME'] ?? join(homedir(), '.tenth'), 'data');
const READY_WITHIN_MS = 180_000;

export class Service {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly home: string,
    private readonly port: number,
    private readonly settings: Record<string, string>,
  ) {}

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts a service with an empty home, and waits until it is ready. */
  static async start(settings: Record<string, string> = {}): Promise<Service> {
    const service = new Service(await mkdtemp(join(tmpdir(), 'tenth-e2e-')), await freePort(), settings);
    await service.start();
    return service;
  }

  /** Starts it again, at the same address with the same home. */
  async start(): Promise<void> {
    const log = openSync(this.log, 'a');
    this.process = spawn(LAUNCHER, {
      env: {
        TENTH_DATA: FETCHED,
        ...process.env,
        TENTH_HOME: join(this.home, 'store'),
        QUARKUS_HTTP_PORT: String(this.port),
        ...this.settings,
      },
      stdio: ['ignore', log, log],
    });
    const end = Date.now() + READY_WITHIN_MS;
    while (!(await this.isReady())) {
      if (Date.now() > end || this.process.exitCode !== null) {
        throw new Error(`the service did not get ready:\n${await readFile(this.log, 'utf8')}`);
      }
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  /** SIGKILL: it gets no chance to tidy up. */
  async kill(): Promise<void> {
    const { process } = this;
    if (process && process.exitCode === null && process.signalCode === null) {
      const over = once(process, 'exit');
      process.kill('SIGKILL');
      await over;
    }
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.home, { recursive: true, force: true });
  }

  async post(path: string, body: unknown): Promise<{ id: string }> {
    const answer = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) {
      throw new Error(await answer.text());
    }
    return (await answer.json()) as { id: string };
  }

  private get log(): string {
    return join(this.home, 'log.txt');
  }

  private async isReady(): Promise<boolean> {
    return fetch(`${this.url}/q/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
