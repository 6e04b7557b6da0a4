import './bridge/zod-without-eval.ts';
import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './ui/tokens.css';
import './ui/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { BridgeProvider } from './bridge/bridge.ts';
import { createBridge } from './bridge/create-bridge.ts';
import { connectStores } from './stores/connect.ts';
import { applySettings } from './stores/settings.ts';

applySettings();
const bridge = createBridge();
connectStores(bridge);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <BridgeProvider value={bridge}>
      <App />
    </BridgeProvider>
  </StrictMode>,
);
