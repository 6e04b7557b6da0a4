import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{backend,electron,renderer,bench,scripts}/**/*.test.{ts,tsx}'],
    exclude: ['node_modules/**', 'dist/**', 'e2e/**'],
    environment: 'node',
    // Some tests run real programs (QEMU, qemu-img), which take their time on a busy machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
});
