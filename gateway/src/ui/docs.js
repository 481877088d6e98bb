// Pages to try the API: every operation of openapi.json with a form. Served by the gateway itself, so that it works
// without the internet and under a policy that allows no foreign or inline script.

/** An element with properties and children; a string child becomes text, never markup. */
function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties)
  node.append(...children)
  return node
}

function operationView(path, method, operation) {
  const result = element('pre', { hidden: true })
  result.setAttribute('aria-live', 'polite')
  const inputs = (operation.parameters ?? []).map((parameter) => ({
    parameter,
    input: element('input', { required: parameter.required === true, placeholder: parameter.example ?? '' }),
  }))
  const form = element(
    'form',
    {},
    ...inputs.map(({ parameter, input }) =>
      element('label', {}, `${parameter.name}${parameter.required ? ' *' : ''}`, input, element('small', { textContent: parameter.description ?? '' })),
    ),
    element('button', { textContent: 'Try it' }),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void tryIt(path, method, inputs, result)
  })
  const answers = Object.entries(operation.responses ?? {}).map(([status, response]) =>
    element('li', {}, element('code', { textContent: status }), ` ${response.description}`, schemaLink(response)),
  )
  return element(
    'details',
    {},
    element('summary', {}, element('code', { textContent: `${method.toUpperCase()} ${path}` }), ` ${operation.summary ?? ''}`),
    element('p', { textContent: operation.description ?? '' }),
    form,
    result,
    element('h3', { textContent: 'Answers' }),
    element('ul', {}, ...answers),
  )
}

function schemaLink(response) {
  const reference = response.content?.['application/json']?.schema?.$ref
  if (!reference) return ''
  const name = reference.split('/').pop()
  return element('a', { href: `#schema-${name}`, textContent: ` ${name}` })
}

async function tryIt(path, method, inputs, result) {
  const query = new URLSearchParams()
  let url = path
  for (const { parameter, input } of inputs) {
    if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, encodeURIComponent(input.value))
    else if (input.value !== '') query.set(parameter.name, input.value)
  }
  if (query.size > 0) url += `?${query}`
  result.hidden = false
  result.textContent = `${method.toUpperCase()} ${url}\n…`
  try {
    const started = performance.now()
    const response = await fetch(url, { method: method.toUpperCase() })
    const text = await response.text()
    const duration = Math.round(performance.now() - started)
    result.textContent = `${method.toUpperCase()} ${url}\n${response.status} ${response.statusText}, ${duration} ms\n\n${pretty(text)}`
  } catch (error) {
    result.textContent = `${method.toUpperCase()} ${url}\nThe gateway does not answer: ${error}`
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

const contract = await (await fetch('/api/openapi.json')).json()
document.querySelector('#description').textContent = contract.info.description
document.querySelector('#operations').append(
  ...Object.entries(contract.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationView(path, method, operation)),
  ),
)
document.querySelector('#schemas').append(
  ...Object.entries(contract.components.schemas).map(([name, schema]) =>
    element('details', { id: `schema-${name}` }, element('summary', {}, element('code', { textContent: name })), element('pre', { textContent: JSON.stringify(schema, null, 2) })),
  ),
)
