// Holds the manifests against the schemas that Kubernetes publishes (the package kubernetes-models is made from them): values by the
// schemas' validators, and, since those let unknown fields pass, fields by TypeScript's check of literals. compose.yaml and
// compose.gpu.yaml are held against the Compose Specification's schema, which the package dclint brings.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import Ajv from "ajv";
import { parse } from "yaml";

const require = createRequire(import.meta.url);
const read = (file) => parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"));

/** As kustomize merges: objects by key, lists of named things by name, other lists whole. */
function merge(base, patch) {
  if (Array.isArray(base) && Array.isArray(patch) && patch.every((each) => each?.name)) {
    const named = (name) => patch.find((each) => each.name === name);
    return [
      ...base.map((each) => (named(each.name) ? merge(each, named(each.name)) : each)),
      ...patch.filter((each) => !base.some((other) => other.name === each.name)),
    ];
  }
  if (base && patch && typeof base === "object" && typeof patch === "object" && !Array.isArray(patch)) {
    return Object.fromEntries([...new Set([...Object.keys(base), ...Object.keys(patch)])].map((key) =>
      [key, !(key in patch) ? base[key] : key in base ? merge(base[key], patch[key]) : patch[key]]));
  }
  return patch;
}

const documents = read("kubernetes/base/kustomization.yaml").resources.map((file) => [`base/${file}`, read(`kubernetes/base/${file}`)]);
const deployment = documents.find(([, each]) => each.kind === "Deployment")[1];
for (const { path } of read("kubernetes/gpu/kustomization.yaml").patches) {
  documents.push([`gpu/${path}`, merge(deployment, read(`kubernetes/gpu/${path}`))]);
}

let failed = false;
const typed = documents.map(([file, document], index) => {
  const module = `kubernetes-models/${document.apiVersion}/${document.kind}`;
  try {
    new (require(module)[document.kind])(document).validate();
  } catch (error) {
    failed = true;
    console.error(`${file}: ${error.message}`);
  }
  return `import type { I${document.kind} as T${index} } from "${module}";\n/* ${file} */ export const d${index}: T${index} = ${JSON.stringify(document, null, 1)};\n`;
});
const literals = new URL("manifests.check.ts", import.meta.url).pathname;
writeFileSync(literals, typed.join("\n"));
const tsc = spawnSync("node_modules/.bin/tsc", ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", literals], { encoding: "utf8" });
if (tsc.status) {
  failed = true;
  console.error(tsc.stdout);
} else {
  rmSync(literals);
}

const schema = join(dirname(require.resolve("dclint/package.json")), "schemas/compose.schema.json");
const compose = new Ajv({ allErrors: true, strict: false, validateFormats: false });
// The schema names its dialect by https, where ajv knows it by http.
const composes = compose.compile({ ...JSON.parse(readFileSync(schema, "utf8")), $schema: undefined });
for (const file of ["compose.yaml", "compose.gpu.yaml"]) {
  if (!composes(read(file))) {
    failed = true;
    console.error(`${file}: ${compose.errorsText(composes.errors, { dataVar: "", separator: "\n  " })}`);
  }
}

console.log(failed ? "manifests: not as the schemas want them" : `manifests: ${documents.length} documents and the compose files are as the schemas want them`);
process.exit(failed ? 1 : 0);
