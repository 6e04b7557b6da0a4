import { type DisplayStatistics, pixelSources } from '../../../../spice/channels/display-statistics.ts';
import type { DrawingFigures } from '../../guest-session.ts';
import { RecentTimes } from './recent-times.ts';

/** A key that changes nothing is not answered by what changes this much later, ms. */
const LONGEST_ANSWER_MS = 2000;

/** How quickly what the guest draws is shown, and how quickly it draws after a key. */
export class Meter {
  readonly #drawing = new RecentTimes();
  readonly #answers = new RecentTimes();
  #askedAt = Number.NaN;

  /** A key or a button was sent. Of several before the next picture the first counts. */
  asked(): void {
    const now = performance.now();
    if (Number.isNaN(this.#askedAt) || now - this.#askedAt > LONGEST_ANSWER_MS) this.#askedAt = now;
  }

  /** What had changed is on the canvas. */
  drawn(statistics: DisplayStatistics): void {
    this.#drawing.add(statistics.drawn());
    const answer = performance.now() - this.#askedAt;
    this.#askedAt = Number.NaN;
    if (answer <= LONGEST_ANSWER_MS) this.#answers.add(answer);
  }

  figures(statistics: DisplayStatistics): DrawingFigures {
    return {
      pixels: pixelSources.map((source) => [source, statistics.pixels(source)] as const),
      videoShown: statistics.videoShown,
      videoSkipped: statistics.videoSkipped,
      drawing: this.#drawing.spread,
      answers: this.#answers.spread,
    };
  }
}
