/** What passes between the stand-in's main process and a utility process, by structured clone. Ports are numbers. */
export type UtilityMessage =
  | { readonly type: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly type: 'port-data'; readonly port: number; readonly data: unknown }
  | { readonly type: 'port-closed'; readonly port: number };
