export default {
  register() {
    throw new Error('no luck while registering');
  },
};
