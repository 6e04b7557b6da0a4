import { type DragEvent, useEffect, useRef, useState } from 'react';
import { useBridge } from '../../../bridge/bridge.ts';
import { enqueue } from './drop-queue.ts';

export interface MachineDrop {
  /** A file is over it now: light up. */
  readonly isOver: boolean;
  /** Spread on the element that takes the drop. */
  readonly dropProps: {
    readonly onDragEnter: (event: DragEvent) => void;
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: (event: DragEvent) => void;
    readonly onDrop: (event: DragEvent) => void;
  };
}

/**
 * Takes files dropped on a machine (its display, its row, its Disks card) and asks what to do with them.
 * `DropOffers` must stand somewhere on the page: it asks.
 */
export function useMachineDrop(machine: string): MachineDrop {
  const bridge = useBridge();
  const [isOver, setOver] = useState(false);
  // Every child that is entered and left says so too: over while more were entered than left.
  const depth = useRef(0);
  useEffect(() => {
    // A part within that took the drop stops the event, and a drag that ends outside sends none here.
    const end = () => {
      depth.current = 0;
      setOver(false);
    };
    const stop = new AbortController();
    window.addEventListener('drop', end, { capture: true, signal: stop.signal });
    window.addEventListener('dragend', end, { capture: true, signal: stop.signal });
    return () => stop.abort();
  }, []);
  const isFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return {
    isOver,
    dropProps: {
      onDragEnter: (event) => {
        if (!isFiles(event)) return;
        event.preventDefault();
        depth.current += 1;
        setOver(true);
      },
      onDragOver: (event) => {
        if (!isFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      },
      onDragLeave: (event) => {
        if (!isFiles(event)) return;
        depth.current = Math.max(0, depth.current - 1);
        if (depth.current === 0) setOver(false);
      },
      onDrop: (event) => {
        if (!isFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        depth.current = 0;
        setOver(false);
        enqueue(
          bridge,
          machine,
          [...event.dataTransfer.files].map((file) => ({ file })),
        );
      },
    },
  };
}
