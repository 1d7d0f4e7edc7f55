/** What a page keeps of a log, however long the log is. The server keeps all of it. */

/** Points of one metric; when there are more, every second one is left out, so older parts become sparser. */
export const MAX_METRIC_POINTS = 4_000;

/** Moments to which one can look back; thinned in the same way, the first and the last always kept. */
export const MAX_MOMENTS = 400;

/** Numbers and characters in all kept pictures together: about 64 MB of them. */
export const MAX_PICTURE_CELLS = 8_000_000;

/** Entries of the record (states, commands, checkpoints); the oldest go first. */
export const MAX_NOTES = 500;
