import { Search, X } from 'lucide-react';
import type { ReactNode, Ref } from 'react';
import {
  TextField as AriaTextField,
  Button,
  FieldError,
  Group,
  Input,
  Label,
  NumberField,
  SearchField,
  Text,
} from 'react-aria-components';
import { text } from '../i18n/en.ts';
import './field.css';

interface SharedProps {
  label: string;
  hideLabel?: boolean;
  /** One line under it, in small ink. */
  note?: ReactNode;
  /** What is wrong with the value; replaces the note. */
  error?: string | null | undefined;
  isDisabled?: boolean;
  autoFocus?: boolean;
}

export interface TextFieldProps extends SharedProps {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  /** Paths and commands. */
  isMono?: boolean;
  /** A button at its end ('Choose…'). */
  action?: ReactNode;
  onSubmit?: () => void;
  inputRef?: Ref<HTMLInputElement>;
}

function Below({ note, error }: { note?: ReactNode; error?: string | null | undefined }): ReactNode {
  if (typeof error === 'string') return <FieldError className="field-error">{error}</FieldError>;
  if (note === undefined || note === null) return null;
  return (
    <Text slot="description" className="field-note">
      {note}
    </Text>
  );
}

export function TextField(props: TextFieldProps): ReactNode {
  const { label, hideLabel = false, value, onChange, placeholder, isMono = false, action, onSubmit } = props;
  return (
    <AriaTextField
      className="field"
      value={value}
      onChange={onChange}
      isDisabled={props.isDisabled ?? false}
      isInvalid={typeof props.error === 'string'}
      autoFocus={props.autoFocus ?? false}
      validationBehavior="aria"
      spellCheck="false"
      autoComplete="off"
    >
      <Label className={hideLabel ? 'visually-hidden' : 'field-label'}>{label}</Label>
      <div className="field-row">
        <Input
          ref={props.inputRef ?? null}
          className={`field-input ${isMono ? 'field-mono' : ''}`}
          {...(placeholder === undefined ? {} : { placeholder })}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && onSubmit !== undefined) {
              event.preventDefault();
              onSubmit();
            }
          }}
        />
        {action}
      </div>
      <Below note={props.note} error={props.error} />
    </AriaTextField>
  );
}

export interface NumberInputProps extends SharedProps {
  value: number;
  onChange: (value: number) => void;
  minValue: number;
  maxValue: number;
  step?: number;
  /** Drawn inside, at the right: 'MiB'. */
  unit?: string;
}

export function NumberInput(props: NumberInputProps): ReactNode {
  return (
    <NumberField
      className="field field-number"
      value={props.value}
      onChange={(value) => {
        if (Number.isFinite(value)) props.onChange(value);
      }}
      minValue={props.minValue}
      maxValue={props.maxValue}
      isDisabled={props.isDisabled ?? false}
      isInvalid={typeof props.error === 'string'}
      validationBehavior="aria"
      formatOptions={{ useGrouping: false, maximumFractionDigits: props.step === undefined ? 0 : 2 }}
    >
      <Label className={props.hideLabel === true ? 'visually-hidden' : 'field-label'}>{props.label}</Label>
      <Group className="field-input field-group">
        <Input className="field-bare" />
        {props.unit === undefined ? null : <span className="field-unit">{props.unit}</span>}
      </Group>
      <Below note={props.note} error={props.error} />
    </NumberField>
  );
}

export interface SearchInputProps {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  /** Drawn at the right while it is empty: 'Ctrl K'. */
  keys?: string;
  inputRef?: Ref<HTMLInputElement>;
  /** Enter. */
  onSubmit?: () => void;
}

export function SearchInput(props: SearchInputProps): ReactNode {
  return (
    <SearchField
      className="search"
      aria-label={props.label}
      value={props.value}
      onChange={props.onChange}
      {...(props.onSubmit === undefined ? {} : { onSubmit: props.onSubmit })}
    >
      <Search className="icon search-icon" aria-hidden="true" />
      <Input ref={props.inputRef ?? null} className="search-input" placeholder={props.placeholder} />
      {props.value === '' ? (
        props.keys === undefined ? null : (
          <kbd className="keys">{props.keys}</kbd>
        )
      ) : (
        <Button className="search-clear" aria-label={text.common.clear}>
          <X className="icon" />
        </Button>
      )}
    </SearchField>
  );
}
