import type { Clip, Rect } from '../protocol/geometry.ts';

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export interface StreamCreate {
  readonly streamId: number;
  /** STREAM_FLAG bits. */
  readonly flags: number;
  readonly codec: number;
  readonly stream: PictureSize;
  readonly destination: Rect;
  readonly clip: Clip;
}

export interface StreamData {
  readonly streamId: number;
  readonly multiMediaTime: number;
  readonly data: Uint8Array;
  /** Of the picture, where it is not the stream's (STREAM_DATA_SIZED). */
  readonly width?: number;
  readonly height?: number;
}

/** The size that a picture is said to have. */
export function sizeOf({ width, height }: StreamData, ofStream: PictureSize): PictureSize {
  return width === undefined || height === undefined ? ofStream : { width, height };
}
