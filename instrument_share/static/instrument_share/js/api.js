// The operations of the API: Swagger UI, whose requests carry the page's CSRF token.

const place = document.getElementById("swagger-ui");
const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));

// What the document says is in the reader's language; the words of Swagger UI and the names of statuses are not.
const SAID =
  ".opblock-summary-description:not([lang]), " +
  ".renderedMarkdown:not([lang], .response-col_description__inner .renderedMarkdown)";
// Its parts that say to nobody what they are, with the name of each; its JSON cannot be reached by keyboard to be scrolled.
const NAMES = {
  ".copy-to-clipboard > button:not([aria-label])": "Copy",
  ".close-modal:not([aria-label])": "Close",
  ".auth-btn-wrapper .authorize[aria-label='Apply credentials']": "Authorize",
};

function mend() {
  for (const said of place.querySelectorAll(SAID)) {
    said.lang = document.documentElement.lang;
  }
  for (const [part, name] of Object.entries(NAMES)) {
    for (const found of place.querySelectorAll(part)) {
      found.setAttribute("aria-label", name);
    }
  }
  for (const choice of place.querySelectorAll("[data-param-name] select:not([aria-label])")) {
    choice.setAttribute("aria-label", choice.closest("[data-param-name]").dataset.paramName);
  }
  for (const json of place.querySelectorAll("pre:not([tabindex])")) {
    json.tabIndex = 0;
  }
}

// It draws them when it has time, and anew when a tag is opened.
new MutationObserver(mend).observe(place, { childList: true, subtree: true });

// An operation's head is a button, and a link inside a button is out of reach for a screen reader: opening the operation
// writes its address into the page's all the same.
const headsWithoutLinks = ({ React }) => ({
  components: { DeepLink: ({ text }) => React.createElement("span", null, text) },
});

// Where a visitor needs no token the document says so by an empty choice, beside which a lock would say the opposite.
const locksWhereATokenIsNeeded = ({ React }) => ({
  wrapComponents: {
    OperationSummary: (Summary) => (props) => {
      const isOpen = props.operationProps.get("security")?.some((one) => one.size === 0);
      const operationProps = isOpen ? props.operationProps.delete("security") : props.operationProps;
      return React.createElement(Summary, { ...props, operationProps });
    },
  },
});

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.url,
  deepLinking: true,
  plugins: [headsWithoutLinks, locksWhereATokenIsNeeded],
  syntaxHighlight: { activated: false },
  layout: "BaseLayout",
  // Each operation shows what it takes and answers; drawing all of it once more below takes seconds.
  defaultModelsExpandDepth: -1,
  requestInterceptor(request) {
    request.headers["X-CSRFToken"] = token;
    return request;
  },
});
