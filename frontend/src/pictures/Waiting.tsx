/** Nothing was shown yet. */
export function Waiting() {
  return <p class="waiting">The first picture appears after the first steps.</p>;
}
