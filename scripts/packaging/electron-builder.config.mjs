// How a package of Innkeeper is made: `node scripts/package.mjs [dir|AppImage|deb|rpm|tar.gz …]`.

export default {
  appId: 'io.github.innkeeper.Innkeeper',
  productName: 'Innkeeper',
  copyright: 'Copyright © 2026 The Innkeeper authors',
  directories: { output: 'dist/packages', buildResources: 'assets' },
  // All dependencies are bundled by scripts/build.mjs, so no node_modules go in.
  files: ['dist/{backend,cli,electron,renderer}/**', '!**/*.map', 'package.json', '!node_modules/**'],
  extraFiles: [
    { from: 'LICENSE', to: 'LICENSE.innkeeper.txt' },
    'NOTICE',
    { from: 'dist/THIRD-PARTY-NOTICES.txt', to: 'THIRD-PARTY-NOTICES.txt' },
  ],
  asar: true,
  // The back end reads the demo machine's recipe from here with file descriptors, and the LGPL part stays replaceable.
  asarUnpack: ['dist/backend/root/**', 'dist/renderer/assets/vendor-spice-html5-*'],
  npmRebuild: false,
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
  },
  linux: {
    category: 'System',
    executableName: 'innkeeper-desktop',
    icon: 'dist/icons',
    synopsis: 'Run virtual machines and see what their devices do',
    target: ['AppImage', 'deb', 'tar.gz'],
  },
  deb: { depends: ['qemu-system-x86', 'qemu-utils'], recommends: ['qemu-system-modules-spice', 'e2fsprogs'] },
  rpm: { depends: ['qemu-system-x86-core', 'qemu-img'] },
};
