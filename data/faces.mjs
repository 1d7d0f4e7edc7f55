// Draws cartoon faces: node faces.mjs DIRECTORY COUNT. Writes images-idx4-ubyte.gz, COUNT × 64 × 64 × 3 bytes, and
// attributes-idx2-ubyte.gz, what the generator chose for each face: 0 or 1 for each of ATTRIBUTES. The same faces each time.
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import { createGzip } from 'node:zlib';
import { finished } from 'node:stream/promises';
import { faceToSvgString, generate } from 'facesjs';
import { Resvg } from '@resvg/resvg-js';

const SIDE = 64;
// Faces are drawn 64 × 96; above these rows is air, below them a shirt.
const TOP = 20;

const FAIR = ['#CC9966', '#e9c67b', '#D7BF91', '#B55239'];
const ATTRIBUTES = [
  (face, gender) => gender === 'female',
  (face) => face.glasses.id.startsWith('glasses'),
  (face) => face.accessories.id.includes('hat'),
  (face) => face.accessories.id.startsWith('headband'),
  (face) => face.facialHair.id !== 'none',
  (face) => face.hairBg.id !== 'none',
  (face) => FAIR.includes(face.hair.color),
  (face) => face.hair.id.includes('bald'),
];

// The generator takes its randomness from there.
let state = 20160000;
Math.random = () => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
};

function idx(directory, name, ...sizes) {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(0x0800 + sizes.length, 0);
  sizes.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  const packed = createGzip();
  const target = join(directory, `${name}.gz`);
  const file = packed.pipe(createWriteStream(`${target}.tmp`));
  packed.write(header);
  return {
    write: async (bytes) => packed.write(bytes) || once(packed, 'drain'),
    end: async () => {
      packed.end();
      await finished(file);
      // There at once or not at all.
      await rename(`${target}.tmp`, target);
    },
  };
}

const [directory, count] = [process.argv[2], Number(process.argv[3])];
const images = idx(directory, 'images-idx4-ubyte', count, SIDE, SIDE, 3);
const attributes = idx(directory, 'attributes-idx2-ubyte', count, ATTRIBUTES.length);
for (let i = 0; i < count; i++) {
  const gender = Math.random() < 0.5 ? 'female' : 'male';
  const face = generate(undefined, { gender });
  const drawing = new Resvg(faceToSvgString(face), {
    fitTo: { mode: 'width', value: SIDE },
    background: 'white',
    // There are no letters in a face, and looking for fonts takes longer than drawing it.
    font: { loadSystemFonts: false },
  }).render();
  const pixels = drawing.pixels;
  const rgb = Buffer.alloc(SIDE * SIDE * 3);
  for (let j = 0; j < SIDE * SIDE; j++) {
    pixels.copy(rgb, 3 * j, 4 * (TOP * SIDE + j), 4 * (TOP * SIDE + j) + 3);
  }
  await images.write(rgb);
  await attributes.write(Buffer.from(ATTRIBUTES.map((has) => Number(has(face, gender)))));
}
await images.end();
await attributes.end();
