/** The client that OpenAI's users have, against the real service. */
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Service } from './service';

let service: Service;
let client: OpenAI;
let model: string;

beforeAll(async () => {
  service = await Service.start({ TENTH_FIRST_RUN: 'false' });
  client = new OpenAI({ baseURL: `${service.url}/v1`, apiKey: 'none', maxRetries: 0 });
  ({ id: model } = await service.post('/api/v1/runs', {
    recipe: 'char-rnn',
    seed: 1,
    params: { hidden: 16, layers: 1, epochs: 50, batch: 50, sequence: 25, checkpointEvery: 20 },
  }));
});
afterAll(async () => {
  await service?.remove();
});

test('lists the models and writes while they train', async () => {
  const ready = `${service.url}/v2/models/${model}/ready`;
  await expect.poll(async () => (await fetch(ready)).status, { timeout: 30_000 }).toBe(200);
  const models = await client.models.list();
  expect(models.data.map((each) => each.id)).toContain(model);
  const completion = await client.completions.create({ model: `${model}@0`, prompt: 'ROMEO', max_tokens: 40, seed: 7, n: 2, logprobs: 2 });
  expect(completion.choices).toHaveLength(2);
  expect(completion.choices[0]?.text).toHaveLength(40);
  expect(completion.choices[0]?.finish_reason).toBe('length');
  expect(completion.choices[0]?.logprobs?.tokens).toHaveLength(40);
  expect(completion.usage?.completion_tokens).toBe(80);
});

test('streams the same text in pieces', async () => {
  const wish = { model: `${model}@0`, prompt: 'ROMEO', max_tokens: 120, seed: 7, temperature: 0.9, top_p: 0.95, stop: ['~~'] };
  const whole = await client.completions.create(wish);
  let text = '';
  let pieces = 0;
  let reason: string | null = null;
  for await (const piece of await client.completions.create({ ...wish, stream: true })) {
    text += piece.choices[0]?.text ?? '';
    reason = piece.choices[0]?.finish_reason ?? reason;
    pieces++;
  }
  expect(text).toBe(whole.choices[0]?.text);
  expect(pieces).toBeGreaterThan(5);
  expect(reason).toBe('length');
});

test('a stream that is left ends there, and errors are the errors of the client', async () => {
  const stream = await client.completions.create({ model, prompt: 'A', max_tokens: 100_000, stream: true });
  for await (const piece of stream) {
    expect(piece.object).toBe('text_completion');
    break; // the client closes its connection
  }
  await expect.poll(async () => metric('serve_requests_active'), { timeout: 30_000 }).toBe(0);
  await expect(client.completions.create({ model: 'nothing', prompt: 'A' })).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
    param: 'model',
  });
  await expect(client.completions.create({ model, prompt: '☃' })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${service.url}/q/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
}
