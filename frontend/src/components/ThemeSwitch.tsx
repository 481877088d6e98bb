// One button that goes round the three themes and says which is on.
import { Button } from '@/ui/Button'
import { Icon, type IconName } from '@/ui/Icon'
import { setTheme, THEMES, useTheme, type Theme } from '@/ui/useTheme'

const LOOKS: Record<Theme, { icon: IconName; label: string }> = {
  system: { icon: 'screen', label: 'Theme: as the system' },
  light: { icon: 'sun', label: 'Theme: light' },
  dark: { icon: 'moon', label: 'Theme: dark' },
}

export function ThemeSwitch() {
  const theme = useTheme()
  const { icon, label } = LOOKS[theme]
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
  return (
    <Button
      aria-label={label}
      title={label}
      onClick={() => {
        setTheme(next)
      }}
    >
      <Icon name={icon} />
    </Button>
  )
}
