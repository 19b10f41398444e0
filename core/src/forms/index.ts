export { formRoomEndpoints } from './endpoints.js';
export { registerFormParts, registerForms } from './register.js';
