/**
 * Moves places apart until each is a distance from the next, as little as can be and in their order, between two ends (where
 * there is room enough).
 */
export function spread(wanted: readonly number[], distance: number, first: number, last: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  // Neighbours that are too close form a group, placed around the middle of what its members want.
  const groups: { members: number[]; top: number }[] = [];
  for (const place of order) {
    let group = { members: [place], top: wanted[place]! };
    for (let above = groups.at(-1); above && above.top + above.members.length * distance > group.top; above = groups.at(-1)) {
      groups.pop();
      group = around([...above.members, ...group.members]);
    }
    groups.push(group);
  }
  const places = new Array<number>(wanted.length);
  for (const { members, top } of groups) {
    members.forEach((member, i) => (places[member] = top + i * distance));
  }
  return places;

  function around(members: number[]) {
    const middle = members.reduce((sum, member) => sum + wanted[member]!, 0) / members.length;
    const tall = (members.length - 1) * distance;
    return { members, top: Math.max(first, Math.min(last - tall, middle - tall / 2)) };
  }
}
