/** Strokes of a pen on a square of paper, all places from 0 to 1; and digits that the page writes by itself. */
import type { Point } from '../pictures/natural';

export type Stroke = readonly Point[];

/** The pen's width beside the paper's: as thick as MNIST's pens. */
const PEN = 0.075;

export function drawStrokes(c: CanvasRenderingContext2D, strokes: readonly Stroke[], size: number, color: string): void {
  c.strokeStyle = color;
  c.lineWidth = PEN * size;
  c.lineCap = c.lineJoin = 'round';
  for (const stroke of strokes) {
    c.beginPath();
    // A single point becomes a dot.
    [stroke[0]!, ...stroke].forEach(([x, y]) => c.lineTo(x * size, y * size));
    c.stroke();
  }
}

/** The ink of strokes, row by row from the top, 0 to 1. */
export function inkOf(strokes: readonly Stroke[], side: number): Float32Array {
  const paper = document.createElement('canvas');
  paper.width = paper.height = side;
  const c = paper.getContext('2d')!;
  drawStrokes(c, strokes, side, '#000');
  const { data } = c.getImageData(0, 0, side, side);
  return Float32Array.from({ length: side * side }, (_, i) => data[4 * i + 3]! / 255);
}

/** The ten digits as one might write them: strokes of x₀ y₀ x₁ y₁ … in hundredths. */
const WRITTEN: readonly (readonly (readonly number[])[])[] = [
  [[52, 12, 36, 18, 27, 36, 26, 56, 34, 78, 50, 88, 66, 79, 74, 58, 73, 35, 65, 18, 52, 12]],
  [[56, 12, 53, 38, 50, 64, 47, 88]],
  [[29, 30, 37, 16, 54, 12, 69, 22, 68, 38, 54, 58, 28, 86, 50, 83, 74, 86]],
  [[30, 20, 48, 12, 66, 20, 64, 36, 46, 47, 66, 55, 71, 72, 56, 86, 30, 82]],
  [[34, 14, 29, 34, 28, 52, 48, 53, 70, 50], [66, 14, 63, 44, 60, 88]],
  [[68, 14, 38, 15, 34, 44, 52, 41, 69, 54, 68, 74, 50, 87, 28, 80]],
  [[62, 12, 44, 28, 33, 52, 34, 74, 48, 88, 65, 80, 67, 62, 52, 54, 36, 64]],
  [[27, 18, 48, 17, 72, 15, 60, 42, 49, 66, 44, 88]],
  [[66, 24, 52, 12, 36, 20, 37, 36, 52, 48, 67, 64, 64, 82, 47, 88, 34, 76, 42, 58, 62, 42, 66, 24]],
  [[68, 28, 54, 14, 37, 24, 37, 42, 52, 48, 66, 38, 68, 28, 66, 56, 58, 88]],
];

/** A digit in a hand that leans and shakes a little. */
export function written(digit: number, random: () => number): Stroke[] {
  const lean = 0.3 * (random() - 0.3);
  const turn = 0.3 * (random() - 0.5);
  const shaken = (hundredths: number) => hundredths / 100 - 0.5 + 0.03 * (random() - 0.5);
  return WRITTEN[digit]!.map((numbers) =>
    smooth(
      Array.from({ length: numbers.length / 2 }, (_, i): Point => {
        const y = shaken(numbers[2 * i + 1]!);
        const x = shaken(numbers[2 * i]!) - lean * y;
        return [0.5 + x * Math.cos(turn) - y * Math.sin(turn), 0.5 + x * Math.sin(turn) + y * Math.cos(turn)];
      }),
    ),
  );
}

/** Cuts corners twice (Chaikin 1974), so that lines bend as a hand bends them. */
function smooth(points: readonly Point[]): Stroke {
  let line = points;
  for (let round = 0; round < 2; round++) {
    const cut = line.slice(1).flatMap(([x, y], i): Point[] => {
      const [fromX, fromY] = line[i]!;
      const along = (share: number): Point => [fromX + share * (x - fromX), fromY + share * (y - fromY)];
      return [along(0.25), along(0.75)];
    });
    line = [line[0]!, ...cut, line.at(-1)!];
  }
  return line;
}
