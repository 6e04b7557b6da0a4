import { z } from 'zod';

/** The CSP forbids eval; zod would try it once per page and leave a report. Imported before anything that makes a schema. */
z.config({ jitless: true });
