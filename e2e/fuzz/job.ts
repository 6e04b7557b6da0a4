/** What a fuzzing thread is to do. */
export interface Job {
  readonly target: string;
  /** With coverage, to find inputs that reach more; without, to run as many as there is time for. */
  readonly explore: boolean;
  readonly seed: number;
  /** It ends after so many, or after the seconds. */
  readonly executions: number;
  readonly seconds: number;
  /** Inputs to begin with, beside the target's own. */
  readonly corpus: readonly Uint8Array[];
  /** Two Int32: how many inputs were begun and ended (odd: one runs), the length of this one. Then the input. */
  readonly shared: SharedArrayBuffer;
}

export type Message =
  | { readonly kind: 'finding'; readonly input: Uint8Array; readonly text: string }
  | {
      readonly kind: 'progress';
      readonly executions: number;
      readonly covered: number;
      readonly corpus: number;
    }
  | {
      readonly kind: 'done';
      readonly executions: number;
      readonly covered: number;
      readonly corpus: readonly Uint8Array[];
    };
