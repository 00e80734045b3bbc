// Asks the browser for a passkey, or to make one, and sends what it says with the form. What it is asked with stands in
// the page or is fetched when it is wanted. The conversions are allauth's (webauthn-json.js).
(() => {
  "use strict";
  const { webauthnJSON } = window;
  if (!webauthnJSON?.supported()) return;

  const fetched = async (url) => {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  };
  const inThePage = () => JSON.parse(document.getElementById("passkey-options").textContent);

  const made = (options) => {
    // One that is kept on the device and asks who one is: it can then be used without a password.
    Object.assign(options.publicKey.authenticatorSelection, {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    });
    return webauthnJSON.create(options);
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.hidden = false;
    const failed = form.querySelector("[data-passkey-failed]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.hidden = true;
      try {
        const options = form.dataset.optionsUrl ? await fetched(form.dataset.optionsUrl) : inThePage();
        const credential =
          form.dataset.passkey === "create"
            ? await made(options.creation_options)
            : await webauthnJSON.get(options.request_options);
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch {
        failed.hidden = false;
        delete form.dataset.sent;
      }
    });
  });
})();
