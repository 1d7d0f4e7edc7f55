/** The binary tensor extension of the Open Inference Protocol: JSON, and the numbers of its tensors behind it. */
import type { InferenceAnswer, OutputTensor } from './wire';

type Told = Omit<OutputTensor, 'data'> & { data?: number[]; parameters?: { binary_data_size?: number } };

/** An answer whose JSON has the given length; tensors of 32-bit floats only. */
export function withBinary(body: ArrayBuffer, headerLength: number): InferenceAnswer {
  const answer = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 0, headerLength))) as { model_version?: string; outputs: Told[] };
  let place = headerLength;
  const outputs = answer.outputs.map(({ parameters, ...tensor }) => {
    const size = parameters?.binary_data_size;
    if (size === undefined) {
      return { ...tensor, data: tensor.data ?? [] };
    }
    // A copy: floats begin at a multiple of four only.
    const data = new Float32Array(body.slice(place, place + size));
    place += size;
    return { ...tensor, data };
  });
  return { ...answer, outputs };
}
