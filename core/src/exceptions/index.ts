export { Exceptions } from './exceptions.js';
export { exceptionApi, registerExceptionRules, registerExceptions } from './register.js';
