UPDATE away SET since = 'NOON';
