/** Kinds of files, told by the ends of their names. */

const TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  libsvm: 'text/x-libsvm',
  svm: 'text/x-libsvm',
  zip: 'application/zip',
};

/** The media type of a file that is sent; what has no ending of its own is plain text. */
export function mediaTypeOf(name: string): string {
  const end = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return TYPES[end] ?? 'text/plain';
}

const ENDINGS: Readonly<Record<string, string>> = {
  text: '.txt,text/plain',
  numbers: '.txt,.csv,text/plain,text/csv',
  table: '.csv,.libsvm,.svm,.txt,text/csv,text/plain',
  images: '.zip,application/zip',
};

/** The kinds of data that a parameter takes: `table or images` is two. */
export function kindsOf(wanted: string): string[] {
  return wanted.toLowerCase().split(' or ');
}

/** What a file chooser offers for kinds of data; empty if no file of these kinds can be sent. */
export function endingsOf(kinds: readonly string[]): string {
  return kinds.flatMap((kind) => ENDINGS[kind] ?? []).join(',');
}
