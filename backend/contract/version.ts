/** Raised whenever a request or event changes so that an older face or back end would misread it. */
export const CONTRACT_VERSION = 1;
