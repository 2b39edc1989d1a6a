/** Where the customer is, as far as it is known and may be told: {lat, lon} to ask the API with, or {}. Asks nobody. */
export function place(env) {
    const position = env.config.location_mode === "on_device" ? null : env.geo?.state.position;
    return position ? { lat: position.lat, lon: position.lon } : {};
}
