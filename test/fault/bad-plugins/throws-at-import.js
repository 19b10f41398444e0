throw new Error('no luck while importing');
