export { createSecretBox, isSealed, SecretBox, type SealedText } from './secret-box.js';
