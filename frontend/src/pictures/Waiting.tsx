/** Nothing was shown yet. */
export function Waiting() {
  return <p class="waiting">The first picture comes with the first steps.</p>;
}
