import type { ParameterSchema } from '../api/wire';
import { words } from '../plot/numbers';
import { DatasetPicker } from './DatasetPicker';
import { rangeOf, type Field } from './fields';
import { LanesField } from './LanesField';

/** Parameters that need the width of the form. */
const WIDE = ['formula', 'lanes'];

interface Props {
  field: Field;
  entry: string | boolean;
  /** What the preset says. */
  original: string | boolean;
  error: string | undefined;
  onEntry: (entry: string | boolean) => void;
}

/** An original value that is longer is not named on the button that brings it back. */
const LONGEST_NAMED = 16;

/** One parameter: its control, what it does, what is wrong with it. */
export function ParameterField({ field, entry, original, error, onEntry }: Props) {
  const { name, schema } = field;
  const id = `param-${name}`;
  const described = `${id}-help${error ? ` ${id}-error` : ''}`;
  const range = rangeOf(schema);
  return (
    <div class={`field ${WIDE.includes(name) ? 'wide' : ''} ${entry === original ? '' : 'changed'}`}>
      <label for={id}>
        {words(name)}
        {schema['x-turnable'] && <span class="tag">can be changed while it runs</span>}
      </label>
      <div class="row tight">
        <Control schema={schema} id={id} name={name} entry={entry} described={described} invalid={error !== undefined} onEntry={onEntry} />
        {entry !== original && (
          <button type="button" class="quiet" onClick={() => onEntry(original)} aria-label={`Set ${words(name)} back to ${original}`}>
            {String(original).length > LONGEST_NAMED ? 'back' : `back to ${String(original) || 'nothing'}`}
          </button>
        )}
      </div>
      <p class="hint" id={`${id}-help`}>
        {schema.description}
        {range && ` (${range})`}
      </p>
      {error && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

interface ControlProps {
  schema: ParameterSchema;
  id: string;
  name: string;
  entry: string | boolean;
  described: string;
  invalid: boolean;
  onEntry: (entry: string | boolean) => void;
}

function Control({ schema, id, name, entry, described, invalid, onEntry }: ControlProps) {
  const common = { id, name, 'aria-describedby': described, 'aria-invalid': invalid };
  if (schema['x-dataset']) {
    return <DatasetPicker {...common} kind={schema['x-dataset']} value={String(entry)} onValue={onEntry} />;
  }
  if (name === 'lanes') {
    return <LanesField {...common} value={String(entry)} onValue={onEntry} />;
  }
  if (schema.enum) {
    return (
      <select {...common} value={String(entry)} onChange={(event) => onEntry(event.currentTarget.value)}>
        {schema.enum.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    );
  }
  if (schema.type === 'boolean') {
    return <input {...common} type="checkbox" checked={entry === true} onChange={(event) => onEntry(event.currentTarget.checked)} />;
  }
  const isNumber = schema.type === 'number' || schema.type === 'integer';
  const look = isNumber ? 'number' : name === 'formula' ? 'formula' : '';
  return (
    <input
      {...common}
      type="text"
      class={look}
      spellcheck={false}
      inputMode={isNumber ? 'decimal' : 'text'}
      autocomplete="off"
      value={String(entry)}
      onInput={(event) => onEntry(event.currentTarget.value)}
    />
  );
}
