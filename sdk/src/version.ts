/** Version of the SDK's contract; a plugin's `trellis.sdk` range must include it. Same as the package's. */
export const SDK_VERSION = '0.1.0';
